{# Each row has a value in all of these columns. #}
{% test never_null(model, columns) %}
SELECT {{ columns | join(", ") }}
FROM {{ model }}
WHERE {{ columns | join(" IS NULL OR ") }} IS NULL
{% endtest %}
