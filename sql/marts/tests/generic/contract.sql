{# What a mart promises of each of its rows. One row per rule that is broken: the rule, and how many rows (or groups)
   break it. A null is equal to another in one_row_per, and is neither negative nor out of what is allowed. #}
{% test contract(model, one_row_per, never_null, never_negative=[], allowed={}) %}
SELECT rule, faults
FROM (
    {%- for columns in one_row_per %}
    SELECT 'one row per {{ columns | join(", ") }}' AS rule, count(*) AS faults
    FROM (
        SELECT count(*) AS alike
        FROM {{ model }}
        GROUP BY {{ columns | join(", ") }}
        HAVING count(*) > 1
    ) AS repeated
    UNION ALL
    {%- endfor %}
    {%- for column in never_negative %}
    SELECT '{{ column }} is never negative' AS rule, count(*) AS faults FROM {{ model }} WHERE {{ column }} < 0
    UNION ALL
    {%- endfor %}
    {%- for column, values in allowed.items() %}
    SELECT '{{ column }} is one of {{ values | join(", ") | replace("'", "''") }}' AS rule, count(*) AS faults
    FROM {{ model }}
    WHERE {{ column }} NOT IN (
        {%- for value in values %}
        {{ "'" ~ (value | replace("'", "''")) ~ "'" if value is string else value }}{{ "," if not loop.last }}
        {%- endfor %}
    )
    UNION ALL
    {%- endfor %}
    {%- for column in never_null %}
    SELECT '{{ column }} is never null' AS rule, count(*) AS faults FROM {{ model }} WHERE {{ column }} IS NULL
    {{- "\n    UNION ALL" if not loop.last }}
    {%- endfor %}
) AS counted
WHERE faults > 0
{% endtest %}
