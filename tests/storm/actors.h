/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STORM_ACTORS_H
#define STORM_ACTORS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "device.h"
#include "random.h"

/* The actors that run during the operation of a step, each a thread. */
enum role {
	TOGGLER, /* switches single blocks by their own files */
	WRITER, /* writes to state, too */
	READER, /* reads state and the files of kmem/ */
	BINDER, /* unbinds and binds the device */
	UNLOADER, /* unloads the driver, and loads it */
	GUARDIAN, /* sets and clears kmem/guard */
	HOLDER, /* keeps a page of the device's node from moving, for a while */
	POOL_KEEPER, /* sizes the node's pool of huge pages */
	CPU_SWITCHER, /* takes a processor offline, and puts it back online */
	COMPACTOR, /* drops caches and compacts memory */
	ROLES
};

struct actor {
	enum role role;
	struct rng rng;
	unsigned int hold_ms; /* of a HOLDER */
	bool may_use_kernel_zone;
	pthread_t thread;
	atomic_bool stop, ended;
	bool switched; /* a TOGGLER has switched a block */
	char wrong[96]; /* an impossible value that it read, or empty */
};

extern const char *const role_names[ROLES];
extern const char *const switch_words[];
enum { SWITCH_WORDS = 4 };

/* actors_init() - make a signal end the actors' system calls; call before the first one starts */
void actors_init(void);
void actor_start(struct actor *actor);
/* actor_stop() - wait until an actor has ended, and send signals if it does not end */
void actor_stop(struct actor *actor);
/* interrupt() - send a signal to a thread, whose system call fails with EINTR */
void interrupt(pthread_t thread);
/* toggle() - switch a random block to a random state; 0 or the errno */
int toggle(struct rng *rng, bool may_use_kernel_zone);
/* nap() - sleep for some microseconds */
void nap(unsigned int us);
/* now_ms() - the time since an arbitrary moment */
unsigned int now_ms(void);

#endif
