// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>

#include "cause.h"

static const char *const words[] = {
#define DAX_CAUSE_WORD(name, word, text) [KMEM_CAUSE_##name] = word,
	DAX_CAUSES(DAX_CAUSE_WORD)
};

static const char *const texts[] = {
#define DAX_CAUSE_TEXT(name, word, text) [KMEM_CAUSE_##name] = text,
	DAX_CAUSES(DAX_CAUSE_TEXT)
};

/**
 * kmem_cause_word() - a cause for programs
 * @cause: the cause
 *
 * Return: the word, a constant.
 */
const char *kmem_cause_word(enum kmem_cause cause)
{
	return words[cause];
}

/**
 * kmem_cause_text() - a cause for people
 * @cause: the cause
 *
 * Return: the text, a constant.
 */
const char *kmem_cause_text(enum kmem_cause cause)
{
	return texts[cause];
}

/**
 * kmem_cause_is_cancel() - was a transition stopped from outside rather than by a failure
 * @cause: why it ended
 *
 * Return: whether it was.
 */
bool kmem_cause_is_cancel(enum kmem_cause cause)
{
	switch (cause) {
	case KMEM_CAUSE_SIGNAL:
	case KMEM_CAUSE_TIMEOUT:
	case KMEM_CAUSE_SUSPEND:
	case KMEM_CAUSE_UNBIND:
	case KMEM_CAUSE_UNLOAD:
		return true;
	default:
		return false;
	}
}

/**
 * kmem_cause_errno() - what the writer of a cancelled transition gets
 * @cancel: why it was cancelled
 *
 * Return: the negative errno, or 0 if it was not.
 */
int kmem_cause_errno(enum kmem_cause cancel)
{
	switch (cancel) {
	case KMEM_CAUSE_NONE:
		return 0;
	case KMEM_CAUSE_SIGNAL:
		return -EINTR;
	case KMEM_CAUSE_TIMEOUT:
		return -ETIMEDOUT;
	default:
		return -ECANCELED;
	}
}
