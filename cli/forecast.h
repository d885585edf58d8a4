/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A forecast of the library, as text and as JSON: for show, check and dry runs. */
#ifndef DAXPLUG_CLI_FORECAST_H
#define DAXPLUG_CLI_FORECAST_H

#include <json-c/json.h>

#include "libdaxplug.h"

void forecast_summary(const struct daxplug_forecast *forecast, char *text, size_t size);
void forecast_print(const struct daxplug_forecast *forecast);
struct json_object *forecast_json(const struct daxplug_forecast *forecast);

#endif /* DAXPLUG_CLI_FORECAST_H */
