/*
 * Floor 2.  Texts that came from a library, made fit to be shown.  Pure.
 */
#ifndef FOOTFALL_CAMERA_SCRUB_H
#define FOOTFALL_CAMERA_SCRUB_H

/*
 * text in new memory, without anything that file_redact takes out of address (as it stands there, decoded, or as HTTP's Basic
 * authentication sends it), nor the credentials of any other address in it.
 */
char *scrub(const char *text, const char *address);

#endif
