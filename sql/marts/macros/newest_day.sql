{# Each event once, of the newest day that has it: one whose day was corrected at the source stays in the file of its old
   day until that day is run again. #}
{% macro newest_day(relation, key) %}
    SELECT every_day.*
    FROM {{ relation }} AS every_day
    INNER JOIN (
        SELECT
            {{ key }},
            max(dt) AS dt
        FROM {{ relation }}
        GROUP BY {{ key }}
    ) AS newest
        ON every_day.{{ key }} = newest.{{ key }} AND every_day.dt = newest.dt
{% endmacro %}
