// SPDX-License-Identifier: GPL-2.0-only
#include <linux/jiffies.h>
#include <linux/minmax.h>

#include "block/gate.h"
#include "job.h"
#include "lifecycle.h"

static void begin(struct kmem_job *job, bool best_effort, const char *purpose)
{
	job->best_effort = best_effort;
	job->purpose = purpose;
	job->last_gap = jiffies;
	job->tried = KMEM_NO_BLOCK;
	job->failure = (struct kmem_failure){};
}

/**
 * kmem_job_begin() - begin a job that ends at the first failure
 * @job: the job
 *
 * Context: Any; kmem_dev->lock held.
 */
void kmem_job_begin(struct kmem_job *job)
{
	begin(job, false, NULL);
}

/**
 * kmem_job_begin_best_effort() - begin a job that goes on after failures
 * @job: the job
 * @purpose: see struct kmem_job
 *
 * Context: Any; kmem_dev->lock held.
 */
void kmem_job_begin_best_effort(struct kmem_job *job, const char *purpose)
{
	begin(job, true, purpose);
}

/**
 * kmem_job_fail() - record that a step failed
 * @job: the job
 * @step: the step
 * @first: the first block that the step concerned
 * @count: the number of blocks
 * @err: the negative errno
 *
 * Keeps the first failure and its reason. Logs every failure if the job has a purpose.
 *
 * Context: Process context, sleeps; right after the failure.
 * Return: @err.
 */
int kmem_job_fail(struct kmem_job *job, enum dax_step step, unsigned int first, unsigned int count,
		  int err)
{
	const struct dax_spans *spans = job->gate->spans;

	if (!job->failure.count++) {
		job->failure.step = step;
		job->failure.block = first;
		job->failure.err = err;
		kmem_diagnose(job->gate, job->tried, &job->failure);
	}
	if (job->purpose)
		kmem_log(&job->gate->label, LOGLEVEL_ERR,
			 "%s: memory%llu to memory%llu, from %#llx, could not be %s (%pe)\n",
			 job->purpose, dax_spans_block_id(spans, first),
			 dax_spans_block_id(spans, first + count - 1),
			 dax_spans_block_start(spans, first), dax_step_text(step), ERR_PTR(err));
	return err;
}

/**
 * kmem_job_cancelled() - test whether a job has been cancelled
 * @job: the job
 *
 * Context: Any.
 * Return: 0, also for a best-effort job, or the negative errno of the cancel.
 */
int kmem_job_cancelled(const struct kmem_job *job)
{
	return job->best_effort ? 0 : kmem_lifecycle_cancelled(job->lifecycle);
}

/**
 * kmem_job_is_over() - test whether a failure ends a job
 * @job: the job
 * @err: the failure's errno, or 0
 *
 * Context: Any.
 * Return: true if it does.
 */
bool kmem_job_is_over(const struct kmem_job *job, int err)
{
	return err && !job->best_effort;
}

/**
 * kmem_job_count_core() - account the time of a call into the core
 * @job: the job
 * @begin: when the call began
 *
 * Context: Any.
 * Return: the duration of the call, in µs.
 */
s64 kmem_job_count_core(struct kmem_job *job, ktime_t begin)
{
	s64 us = ktime_us_delta(ktime_get(), begin);

	job->times.core_us += us;
	job->times.longest_us = max(job->times.longest_us, us);
	return us;
}
