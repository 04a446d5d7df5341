/* The limit of any extraction: a C client that drains a query by the binary protocol and keeps nothing.
 * Usage: limits HOST PORT USER PASSWORD DATABASE QUERY. Prints seconds and rows as measuring.py reads them. */
#include <mysql.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

static int fail(const char *what, const char *why) {
    fprintf(stderr, "%s: %s\n", what, why);
    return 1;
}

static long peak_mb(void) {
    FILE *status = fopen("/proc/self/status", "r");
    char line[256];
    long kilobytes = 0;
    while (status && fgets(line, sizeof line, status)) sscanf(line, "VmHWM: %ld", &kilobytes);
    return kilobytes / 1024;
}

int main(int argc, char **argv) {
    if (argc != 7) return fail("usage", "limits HOST PORT USER PASSWORD DATABASE QUERY");
    MYSQL *server = mysql_init(NULL);
    if (!mysql_real_connect(server, argv[1], argv[3], argv[4], argv[5], atoi(argv[2]), NULL, 0))
        return fail("connect", mysql_error(server));
    double start = seconds();
    MYSQL_STMT *statement = mysql_stmt_init(server);
    if (mysql_stmt_prepare(statement, argv[6], strlen(argv[6]))) return fail("prepare", mysql_stmt_error(statement));
    unsigned columns = mysql_stmt_field_count(statement);
    MYSQL_BIND *binds = calloc(columns, sizeof(MYSQL_BIND));
    MYSQL_RES *described = mysql_stmt_result_metadata(statement);
    for (unsigned n = 0; n < columns; n++) {
        binds[n].buffer_type = mysql_fetch_field_direct(described, n)->type;
        binds[n].buffer = malloc(256);
        binds[n].buffer_length = 256;
    }
    if (mysql_stmt_execute(statement)) return fail("execute", mysql_stmt_error(statement));
    mysql_stmt_bind_result(statement, binds);
    long rows = 0;
    while (mysql_stmt_fetch(statement) == 0) rows++;
    if (mysql_stmt_errno(statement)) return fail("fetch", mysql_stmt_error(statement));
    printf("{\"seconds\": %.4f, \"peak_mb\": %ld, \"result\": {\"rows\": \"%ld\"}}\n",
           seconds() - start, peak_mb(), rows);
    return 0;
}
