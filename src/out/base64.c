/*
 * Bytes as base64 (RFC 4648, section 4, with padding, in one line): how a page carries a picture.
 */
#include "out/out.h"

void
out_base64(struct out *o, const void *data, size_t n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *in = data;
	char text[1024];
	size_t len = 0;

	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i;
		uint32_t three = (uint32_t)in[i] << 16;
		if (left > 1)
			three |= (uint32_t)in[i + 1] << 8;
		if (left > 2)
			three |= in[i + 2];
		text[len++] = digits[three >> 18];
		text[len++] = digits[three >> 12 & 63];
		text[len++] = left > 1 ? digits[three >> 6 & 63] : '=';
		text[len++] = left > 2 ? digits[three & 63] : '=';
		if (len == sizeof text) {
			out_bytes(o, text, len);
			len = 0;
		}
	}
	out_bytes(o, text, len);
}
