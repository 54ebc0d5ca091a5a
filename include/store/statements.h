/*
 * Floor 1.  The writer's SQL, one statement for each name; prepared once per connection.
 */
#ifndef FOOTFALL_STORE_STATEMENTS_H
#define FOOTFALL_STORE_STATEMENTS_H

enum store_statement {
	SOURCE_BY_NAME,
	SOURCE_BY_URI,
	SOURCE_ADD,
	SOURCE_SIZE,
	MODEL_FIND,
	MODEL_ADD,
	RUN_FIND,
	RUN_ADD,
	RUN_DELETE,
	RUN_CONTINUE,
	RUN_STATE,
	RUN_PROGRESS,
	RUN_END,
	FRAMES_LAST,
	FRAME_SEEN,
	MINUTE_GET,
	FRAME_ADD,
	PERSON_ADD,
	FACE_ADD,
	MINUTE_PUT,
	FRAME_FIND,
	PERSONS_OF,
	FACES_OF,
	STORE_STATEMENTS
};

extern const char *const store_statements[STORE_STATEMENTS];

#endif
