// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "span.h"

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define WEEK (7 * DAY)

/* The units of systemd.time(7), except for months and years. */
static const struct {
	const char *name;
	int64_t us;
} units[] = {
	{ "us", 1 },
	{ "usec", 1 },
	{ "\xc2\xb5s", 1 },
	{ "ms", SECOND / 1000 },
	{ "msec", SECOND / 1000 },
	{ "", SECOND },
	{ "s", SECOND },
	{ "sec", SECOND },
	{ "second", SECOND },
	{ "seconds", SECOND },
	{ "m", MINUTE },
	{ "min", MINUTE },
	{ "minute", MINUTE },
	{ "minutes", MINUTE },
	{ "h", HOUR },
	{ "hr", HOUR },
	{ "hour", HOUR },
	{ "hours", HOUR },
	{ "d", DAY },
	{ "day", DAY },
	{ "days", DAY },
	{ "w", WEEK },
	{ "week", WEEK },
	{ "weeks", WEEK },
};

#define UNIT_COUNT (sizeof(units) / sizeof(units[0]))

static const char *skip_space(const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

/* Returns the unit at @text in µs, or 0; advances @text past it. */
static int64_t take_unit(const char **text)
{
	size_t length = 0, i;
	const char *unit = skip_space(*text);

	while (unit[length] && !isspace((unsigned char)unit[length]) &&
	       !isdigit((unsigned char)unit[length]))
		length++;
	for (i = 0; i < UNIT_COUNT; i++) {
		if (strlen(units[i].name) != length || strncmp(units[i].name, unit, length))
			continue;
		*text = unit + length;
		return units[i].us;
	}
	return 0;
}

/*
 * Parses a number such as 1 or 1.5 into its whole part and the rest in
 * millionths.
 */
static bool take_number(const char **text, int64_t *whole, int64_t *millionths)
{
	int64_t place = 100000;
	const char *digit = *text;

	*whole = *millionths = 0;
	if (!isdigit((unsigned char)*digit))
		return false;
	for (; isdigit((unsigned char)*digit); digit++)
		if (__builtin_mul_overflow(*whole, 10, whole) ||
		    __builtin_add_overflow(*whole, *digit - '0', whole))
			return false;
	if (*digit == '.')
		for (digit++; isdigit((unsigned char)*digit); digit++, place /= 10)
			*millionths += (*digit - '0') * place;
	*text = digit;
	return true;
}

static bool take_part(const char **text, int64_t *sum)
{
	int64_t whole, millionths, unit;

	if (!take_number(text, &whole, &millionths))
		return false;
	unit = take_unit(text);
	if (!unit || __builtin_mul_overflow(whole, unit, &whole) ||
	    __builtin_add_overflow(*sum, whole, sum))
		return false;
	/* A millionth of a unit, without an overflow for weeks. */
	millionths = unit >= SECOND ? unit / SECOND * millionths : unit * millionths / SECOND;
	return !__builtin_add_overflow(*sum, millionths, sum);
}

/**
 * span_parse() - parse a length of time, as in systemd.time(7)
 * @text: such as 90, 1.5s, 2min, "1m 30s" or infinity; a number alone is seconds
 * @us: set to the microseconds; SPAN_INFINITY for infinity
 *
 * Return: true if the text is valid.
 */
bool span_parse(const char *text, int64_t *us)
{
	*us = 0;
	text = skip_space(text);
	if (!strcmp(text, "infinity")) {
		*us = SPAN_INFINITY;
		return true;
	}
	do {
		if (!take_part(&text, us))
			return false;
		text = skip_space(text);
	} while (*text);
	return true;
}

static bool is_ago(const char *text, int64_t now, int64_t *us)
{
	char span[64];
	size_t length = strlen(text);
	bool ok = false;

	if (*text == '-')
		ok = span_parse(text + 1, us);
	else if (length > 4 && length < sizeof(span) && !strcmp(text + length - 4, " ago")) {
		snprintf(span, sizeof(span), "%.*s", (int)length - 4, text);
		ok = span_parse(span, us);
	}
	if (!ok || *us > now)
		return false;
	*us = now - *us;
	return true;
}

/* The midnight of a day relative to the day of @now. */
static int64_t midnight(int64_t now, int days)
{
	time_t seconds = now / SECOND;
	struct tm parts;

	localtime_r(&seconds, &parts);
	parts.tm_hour = parts.tm_min = parts.tm_sec = 0;
	parts.tm_mday += days;
	parts.tm_isdst = -1;
	return (int64_t)mktime(&parts) * SECOND;
}

static bool is_word(const char *text, int64_t now, int64_t *us)
{
	if (!strcmp(text, "now"))
		*us = now;
	else if (!strcmp(text, "today"))
		*us = midnight(now, 0);
	else if (!strcmp(text, "yesterday"))
		*us = midnight(now, -1);
	else
		return false;
	return true;
}

/* "Z", "+01:00" or nothing, for local time. */
static bool take_zone(const char *text, struct tm *parts, int64_t *us)
{
	char sign, rest;
	int hours, minutes;
	time_t seconds;

	text = skip_space(text);
	if (!*text) {
		parts->tm_isdst = -1;
		seconds = mktime(parts);
	} else if (!strcasecmp(text, "z") || !strcmp(text, "UTC")) {
		seconds = timegm(parts);
	} else {
		if (sscanf(text, "%c%2d:%2d%c", &sign, &hours, &minutes, &rest) != 3 ||
		    !strchr("+-", sign) || hours < 0 || minutes < 0)
			return false;
		seconds = timegm(parts) - (sign == '-' ? -60 : 60) * (hours * 60 + minutes);
	}
	*us = (int64_t)seconds * SECOND;
	return true;
}

static bool is_date(const char *text, int64_t *us)
{
	static const char *const formats[] = { "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S",
					       "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d" };
	int64_t unused, fraction = 0;
	unsigned int i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct tm parts = { 0 };
		const char *rest = strptime(text, formats[i], &parts);

		if (!rest)
			continue;
		if (i < 2 && *rest == '.') {
			char number[16];

			snprintf(number, sizeof(number), "0%s", rest);
			const char *at = number;

			if (!take_number(&at, &unused, &fraction))
				return false;
			rest += at - number - 1;
		}
		if (!take_zone(rest, &parts, us))
			continue;
		*us += fraction;
		return true;
	}
	return false;
}

/**
 * stamp_parse() - parse a point in time
 * @text: RFC 3339, "2026-01-31 12:00", a day, now, today, yesterday, @SECONDS,
 *	"10min ago" or -10min; without a time zone it is local time
 * @now: the current time, in microseconds since the epoch
 * @us: set to the time, in microseconds since the epoch
 *
 * Return: true if the text is valid.
 */
bool stamp_parse(const char *text, int64_t now, int64_t *us)
{
	int64_t seconds, millionths;

	text = skip_space(text);
	if (is_word(text, now, us) || is_ago(text, now, us) || is_date(text, us))
		return true;
	if (*text++ != '@' || !take_number(&text, &seconds, &millionths) || *text)
		return false;
	return !__builtin_mul_overflow(seconds, SECOND, us) &&
	       !__builtin_add_overflow(*us, millionths, us);
}

/**
 * stamp_text() - format a point in time as in RFC 3339, with milliseconds
 * @us: the time, in microseconds since the epoch
 * @utc: in UTC, with a Z; otherwise in local time, with its offset
 * @text: set to the text; STAMP_SIZE bytes
 */
void stamp_text(int64_t us, bool utc, char *text)
{
	time_t seconds = us / SECOND;
	struct tm parts;
	char zone[8];
	size_t length;

	if (utc)
		gmtime_r(&seconds, &parts);
	else
		localtime_r(&seconds, &parts);
	length = strftime(text, STAMP_SIZE, "%Y-%m-%dT%H:%M:%S", &parts);
	length += snprintf(text + length, STAMP_SIZE - length, ".%03d", (int)(us % SECOND / 1000));
	strftime(zone, sizeof(zone), "%z", &parts);
	if (utc)
		snprintf(text + length, STAMP_SIZE - length, "Z");
	else
		snprintf(text + length, STAMP_SIZE - length, "%.3s:%s", zone, zone + 3);
}

/* The current time, in microseconds since the epoch. */
int64_t stamp_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * SECOND + now.tv_nsec / 1000;
}
