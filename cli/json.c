// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "complain.h"
#include "json.h"
#include "safe.h"

/* Whether a value has been lost since the last one was printed. */
static bool out_of_memory;

static struct json_object *made(struct json_object *value)
{
	if (!value)
		out_of_memory = true;
	return value;
}

struct json_object *json_new_object(void)
{
	return made(json_object_new_object());
}

struct json_object *json_new_array(void)
{
	return made(json_object_new_array());
}

/* Returns a text with all bytes replaced that are not UTF-8. */
struct json_object *json_new_text(const char *text)
{
	char *safe = safe_utf8(text);
	struct json_object *value = safe ? json_object_new_string(safe) : NULL;

	free(safe);
	return made(value);
}

/*
 * Adds a value, which @object owns afterwards. json-c would abort if @object is NULL; this frees
 * the value.
 */
void json_add(struct json_object *object, const char *key, struct json_object *value)
{
	if (object && value && !json_object_object_add(object, key, value))
		return;
	json_object_put(value);
	out_of_memory = true;
}

void json_append(struct json_object *array, struct json_object *value)
{
	if (array && value && !json_object_array_add(array, value))
		return;
	json_object_put(value);
	out_of_memory = true;
}

void json_add_text(struct json_object *object, const char *key, const char *text)
{
	json_add(object, key, json_new_text(text));
}

/* Adds a text unless it is empty. */
void json_add_text_if_any(struct json_object *object, const char *key, const char *text)
{
	if (text && *text)
		json_add_text(object, key, text);
}

void json_add_number(struct json_object *object, const char *key, uint64_t number)
{
	json_add(object, key, made(json_object_new_uint64(number)));
}

/* Adds a number unless it is negative, that is, unknown. */
void json_add_if_known(struct json_object *object, const char *key, int64_t number)
{
	if (number >= 0)
		json_add_number(object, key, number);
}

void json_add_flag(struct json_object *object, const char *key, bool flag)
{
	json_add(object, key, made(json_object_new_boolean(flag)));
}

static bool print(struct json_object *object, FILE *stream, int flags)
{
	const char *text = NULL;

	flags |= JSON_C_TO_STRING_NOSLASHESCAPE;
	if (object && !out_of_memory)
		text = json_object_to_json_string_ext(object, flags);
	if (!text) {
		complain("out of memory for JSON");
	} else if (stream == stderr) {
		print_error_line(text);
	} else {
		fputs(text, stream);
		fputc('\n', stream);
	}
	json_object_put(object);
	out_of_memory = false;
	return text;
}

/* Prints a value to standard output and frees it. Returns false if out of memory. */
bool json_print(struct json_object *object)
{
	return print(object, stdout, JSON_C_TO_STRING_PRETTY);
}

/* As json_print(), but on one line and to a stream. */
bool json_print_line(struct json_object *object, FILE *stream)
{
	return print(object, stream, JSON_C_TO_STRING_PLAIN);
}
