{# Totals of the mart are those of the tables it was made from: nothing lost, nothing counted twice. One row per total
   that differs: `total` of the mart, as against what is `there` in the table `of`. #}
{% test adds_up(model, totals) %}
{%- for each in totals %}
SELECT '{{ each.total | replace("'", "''") }}' AS total, mine.total AS mart_total, theirs.total AS source_total
FROM (SELECT coalesce({{ each.total }}, 0) AS total FROM {{ model }}) AS mine
CROSS JOIN (SELECT coalesce({{ each.there }}, 0) AS total FROM {{ each.of }}) AS theirs
WHERE mine.total <> theirs.total
{{ "UNION ALL" if not loop.last }}
{%- endfor %}
{% endtest %}
