-- One row per payment, with the store and the category of the rental that it paid for.
WITH payment AS (
    {{ newest_day(source('final_sakila', 'fact_payment'), 'payment_id') }}
)

SELECT
    payment.payment_id,
    payment.dt AS payment_date,
    payment.customer_id,
    payment.rental_id,
    coalesce(rental.store_id, 0) AS store_id,
    coalesce(rental.store, 'Unknown') AS store,
    coalesce(rental.category, 'Unknown') AS category,
    cast(payment.amount AS {{ var('money') }}) AS amount
FROM payment
LEFT JOIN {{ ref('rentals') }} AS rental
    ON payment.rental_id = rental.rental_id
