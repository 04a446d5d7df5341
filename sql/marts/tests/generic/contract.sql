{# What a mart promises of each of its rows, in the words of a table's contract (`model/rules.py`). One row per rule that
   is broken: the rule, and how many rows (or groups) break it. A null is equal to another in `unique`, and breaks no
   rule but `not_null`. #}
{% test contract(model, unique, not_null, in_range={}, one_of={}) %}
SELECT rule, faults
FROM (
    {%- for columns in unique %}
    SELECT 'one row per {{ columns | join(", ") }}' AS rule, count(*) AS faults
    FROM (
        SELECT count(*) AS alike
        FROM {{ model }}
        GROUP BY {{ columns | join(", ") }}
        HAVING count(*) > 1
    ) AS repeated
    UNION ALL
    {%- endfor %}
    {%- for column, range in in_range.items() %}
    {%- if range.minimum is defined %}
    SELECT '{{ column }} is at least {{ range.minimum }}' AS rule, count(*) AS faults
    FROM {{ model }} WHERE {{ column }} < {{ range.minimum }}
    UNION ALL
    {%- endif %}
    {%- if range.maximum is defined %}
    SELECT '{{ column }} is at most {{ range.maximum }}' AS rule, count(*) AS faults
    FROM {{ model }} WHERE {{ column }} > {{ range.maximum }}
    UNION ALL
    {%- endif %}
    {%- endfor %}
    {%- for column, values in one_of.items() %}
    SELECT '{{ column }} is one of {{ values | join(", ") | replace("'", "''") }}' AS rule, count(*) AS faults
    FROM {{ model }}
    WHERE {{ column }} NOT IN (
        {%- for value in values %}
        {{ "'" ~ (value | replace("'", "''")) ~ "'" if value is string else value }}{{ "," if not loop.last }}
        {%- endfor %}
    )
    UNION ALL
    {%- endfor %}
    {%- for column in not_null %}
    SELECT '{{ column }} is not null' AS rule, count(*) AS faults FROM {{ model }} WHERE {{ column }} IS NULL
    {{- "\n    UNION ALL" if not loop.last }}
    {%- endfor %}
) AS counted
WHERE faults > 0
{% endtest %}
