/* tensor: counts, shapes and names. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/tensor.h"

static void
count(void **state)
{
	(void)state;
	assert_int_equal(tensor_count(&(struct tensor){.ndims = 3, .dims = {1, 25200, 85}}), 25200 * 85);
	assert_int_equal(tensor_count(&(struct tensor){.ndims = 1, .dims = {7}}), 7);
	assert_int_equal(tensor_count(&(struct tensor){.ndims = 2, .dims = {0, 5}}), 0);
	assert_int_equal(tensor_count(&(struct tensor){.ndims = 0, .dims = {5}}), 0);
	assert_int_equal(tensor_count(&(struct tensor){.ndims = -1}), 0);
	assert_int_equal(tensor_count(&(struct tensor){.ndims = 7, .dims = {1, 1, 1, 1, 1, 1}}), 0);
	assert_int_equal(tensor_count(&(struct tensor){.ndims = 2, .dims = {-1, -5}}), 0);
	assert_int_equal(tensor_count(&(struct tensor){.ndims = 4, .dims = {INT_MAX, INT_MAX, INT_MAX, 2}}), 0);
}

static void
shape(void **state)
{
	(void)state;
	char text[128];
	struct tensor t = {.ndims = 3, .dims = {1, 25200, 85}};
	assert_string_equal(tensor_shape(&t, text, sizeof text), "(1, 25200, 85)");
	assert_string_equal(tensor_shape(&t, text, 5), "(1, ");
	assert_string_equal(tensor_shape(&t, text, 1), "");
	text[0] = 'x';
	assert_ptr_equal(tensor_shape(&t, text, 0), text);
	assert_int_equal(text[0], 'x');
	struct tensor widest = {.ndims = 6, .dims = {INT_MIN, INT_MIN, INT_MIN, INT_MIN, INT_MIN, INT_MIN}};
	tensor_shape(&widest, text, sizeof text);
	assert_int_equal(strlen(text), 6 * 11 + 5 * 2 + 2);
	struct tensor wrong = {.ndims = 99, .dims = {1, 2, 3, 4, 5, 6}};
	assert_string_equal(tensor_shape(&wrong, text, sizeof text), "(1, 2, 3, 4, 5, 6)");
	wrong.ndims = 0;
	assert_string_equal(tensor_shape(&wrong, text, sizeof text), "()");
}

static void
find(void **state)
{
	(void)state;
	struct tensor t[3] = {{.name = "cls_8"}, {.name = "cls_16"}};
	/* A name that fills its array has no NUL. */
	memset(t[2].name, 'n', sizeof t[2].name);
	char longer[TENSOR_NAME + 1];
	memset(longer, 'n', TENSOR_NAME);
	longer[TENSOR_NAME] = '\0';
	assert_ptr_equal(tensor_find(t, 3, "cls_16"), &t[1]);
	assert_ptr_equal(tensor_find(t, 3, longer), &t[2]);
	assert_null(tensor_find(t, 3, "cls"));
	assert_null(tensor_find(t, 3, "cls_160"));
	assert_null(tensor_find(t, 1, "cls_16"));
	assert_null(tensor_find(NULL, 0, "cls_16"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(count),
		cmocka_unit_test(shape),
		cmocka_unit_test(find),
	};
	return cmocka_run_group_tests_name("tensor", tests, NULL, NULL);
}
