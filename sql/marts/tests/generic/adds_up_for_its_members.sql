{# A total of the mart is the total that its members have in another table: no join multiplied it, and none is lost. #}
{% test adds_up_for_its_members(model, total, of, there, member) %}
SELECT mine.total AS mart_total, theirs.total AS source_total
FROM (SELECT coalesce({{ total }}, 0) AS total FROM {{ model }}) AS mine
CROSS JOIN (
    SELECT coalesce({{ there }}, 0) AS total
    FROM {{ of }}
    WHERE {{ member }} IN (SELECT {{ member }} FROM {{ model }})
) AS theirs
WHERE mine.total <> theirs.total
{% endtest %}
