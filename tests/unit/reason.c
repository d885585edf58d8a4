// SPDX-License-Identifier: GPL-2.0-or-later
/* The words for the reasons of a failure, and the errno that the writer gets. */
#include <errno.h>
#include <string.h>

#include "cmocka.h"
#include "core/reason.h"
#include "core/step.h"

static void every_reason_has_a_word_and_a_text_of_its_own(void **unused)
{
	enum dax_reason a, b;

	(void)unused;
	for (a = DAX_REASON_NONE; a < DAX_REASON_COUNT; a++) {
		assert_non_null(dax_reason_word(a));
		assert_non_null(dax_reason_text(a));
		assert_null(strpbrk(dax_reason_word(a), " =\n"));
		for (b = a + 1; b < DAX_REASON_COUNT; b++)
			assert_string_not_equal(dax_reason_word(a), dax_reason_word(b));
	}
}

static void only_a_cancel_has_an_errno(void **unused)
{
	enum dax_reason reason;

	(void)unused;
	assert_int_equal(dax_reason_errno(DAX_REASON_NONE), 0);
	assert_int_equal(dax_reason_errno(DAX_REASON_SIGNAL), -EINTR);
	assert_int_equal(dax_reason_errno(DAX_REASON_TIMEOUT), -ETIMEDOUT);
	assert_int_equal(dax_reason_errno(DAX_REASON_SUSPEND), -ECANCELED);
	assert_int_equal(dax_reason_errno(DAX_REASON_UNBIND), -ECANCELED);
	assert_int_equal(dax_reason_errno(DAX_REASON_UNLOAD), -ECANCELED);

	for (reason = DAX_REASON_NONE; reason < DAX_REASON_COUNT; reason++)
		assert_int_equal(dax_reason_is_cancel(reason), reason >= DAX_REASON_SIGNAL);
}

static void every_step_has_a_text(void **unused)
{
	enum dax_step step;

	(void)unused;
	assert_string_equal(dax_step_text(DAX_STEP_NONE), "");
	for (step = DAX_STEP_FIND; step <= DAX_STEP_ONLINE; step++)
		assert_true(*dax_step_text(step));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reason_has_a_word_and_a_text_of_its_own),
		cmocka_unit_test(only_a_cancel_has_an_errno),
		cmocka_unit_test(every_step_has_a_text),
	};

	return cmocka_run_group_tests_name("reason", tests, NULL, NULL);
}
