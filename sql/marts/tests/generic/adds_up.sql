{# A total of the mart is the total of the table it was made from: nothing lost, nothing counted twice. #}
{% test adds_up(model, total, of, there) %}
SELECT mine.total AS mart_total, theirs.total AS source_total
FROM (SELECT coalesce({{ total }}, 0) AS total FROM {{ model }}) AS mine
CROSS JOIN (SELECT coalesce({{ there }}, 0) AS total FROM {{ of }}) AS theirs
WHERE mine.total <> theirs.total
{% endtest %}
