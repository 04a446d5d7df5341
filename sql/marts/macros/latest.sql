{# The newest row of each member, from snapshots (or events) by day: a member that vanished keeps its last row. #}
{% macro latest(relation, key) %}
    SELECT *
    FROM (
        SELECT
            *,
            row_number() OVER (PARTITION BY {{ key }} ORDER BY dt DESC) AS newest_first
        FROM {{ relation }}
    ) AS ordered
    WHERE newest_first = 1
{% endmacro %}
