{# Totals of the mart are those of the tables it was made from: nothing lost, nothing counted twice. One row per total
   that differs: `total` of the mart, as against what is `there` in the table `of`, in which each `once_per` counts on
   the newest of its days alone. #}
{% test adds_up(model, totals) %}
{%- for each in totals %}
{%- set of = "(" ~ newest_day(each.of, each.once_per) ~ ")" if each.once_per else each.of %}
SELECT '{{ each.total | replace("'", "''") }}' AS total, mine.total AS mart_total, theirs.total AS source_total
FROM (SELECT coalesce({{ each.total }}, 0) AS total FROM {{ model }}) AS mine
CROSS JOIN (SELECT coalesce({{ each.there }}, 0) AS total FROM {{ of }} AS counted) AS theirs
WHERE mine.total <> theirs.total
{{ "UNION ALL" if not loop.last }}
{%- endfor %}
{% endtest %}
