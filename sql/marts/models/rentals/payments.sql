-- One row per payment, with the store and the category of the rental that it paid for.
SELECT
    payment.payment_id,
    payment.dt AS payment_date,
    payment.customer_id,
    payment.rental_id,
    coalesce(rental.store_id, 0) AS store_id,
    coalesce(rental.store, 'Unknown') AS store,
    coalesce(rental.category, 'Unknown') AS category,
    cast(payment.amount AS decimal(18, 2)) AS amount
FROM {{ source('final_sakila', 'fact_payment') }} AS payment
LEFT JOIN {{ ref('rentals') }} AS rental
    ON payment.rental_id = rental.rental_id
