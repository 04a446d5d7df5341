{# No two rows are equal in all of these columns: the mart's grain. #}
{% test one_row_per(model, columns) %}
SELECT {{ columns | join(', ') }}
FROM {{ model }}
GROUP BY {{ columns | join(', ') }}
HAVING count(*) > 1
{% endtest %}
