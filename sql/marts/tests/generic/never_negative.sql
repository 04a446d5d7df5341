{# Counts and amounts are zero or more. #}
{% test never_negative(model, columns) %}
SELECT {{ columns | join(", ") }}
FROM {{ model }}
WHERE {{ columns | join(" < 0 OR ") }} < 0
{% endtest %}
