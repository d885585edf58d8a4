// SPDX-License-Identifier: GPL-2.0-or-later
/* The words for the reasons of a failure, and the errno that the writer gets. */
#include "core/reason.h"
#include "core/step.h"
#include "suite.h"

UNIT_TEST(every_reason_has_a_word_and_a_text_of_its_own)
{
	enum dax_reason a, b;

	for (a = DAX_REASON_NONE; a < DAX_REASON_COUNT; a++) {
		assert_non_null(dax_reason_word(a));
		assert_non_null(dax_reason_text(a));
		assert_null(strpbrk(dax_reason_word(a), " =\n"));
		for (b = a + 1; b < DAX_REASON_COUNT; b++)
			assert_string_not_equal(dax_reason_word(a), dax_reason_word(b));
	}
}

UNIT_TEST(only_a_cancel_has_an_errno)
{
	enum dax_reason reason;

	assert_int_equal(dax_reason_errno(DAX_REASON_NONE), 0);
	assert_int_equal(dax_reason_errno(DAX_REASON_SIGNAL), -EINTR);
	assert_int_equal(dax_reason_errno(DAX_REASON_TIMEOUT), -ETIMEDOUT);
	assert_int_equal(dax_reason_errno(DAX_REASON_SUSPEND), -ECANCELED);
	assert_int_equal(dax_reason_errno(DAX_REASON_UNBIND), -ECANCELED);
	assert_int_equal(dax_reason_errno(DAX_REASON_UNLOAD), -ECANCELED);

	for (reason = DAX_REASON_NONE; reason < DAX_REASON_COUNT; reason++)
		assert_int_equal(dax_reason_is_cancel(reason), reason >= DAX_REASON_SIGNAL);
}

UNIT_TEST(every_step_has_a_text)
{
	enum dax_step step;

	assert_string_equal(dax_step_text(DAX_STEP_NONE), "");
	for (step = DAX_STEP_FIND; step <= DAX_STEP_ONLINE; step++)
		assert_true(*dax_step_text(step));
}

UNIT_SUITE(reason, UNIT_CASE(every_reason_has_a_word_and_a_text_of_its_own),
	   UNIT_CASE(only_a_cancel_has_an_errno), UNIT_CASE(every_step_has_a_text))
