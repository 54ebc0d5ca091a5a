#!/usr/bin/env python3
"""Writes a grey PNG without holding it in memory: png.py FILE WIDTH HEIGHT [CLAIMED_WIDTH CLAIMED_HEIGHT]."""
import struct
import sys
import zlib


def chunk(kind, data):
	return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


path, width, height = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
claimed = [int(v) for v in sys.argv[4:6]] or [width, height]
packer = zlib.compressobj(1)
row = b"\0" + b"\x80" * width
data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
with open(path, "wb") as f:
	f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", *claimed, 8, 0, 0, 0, 0))
		+ chunk(b"IDAT", data) + chunk(b"IEND", b""))
