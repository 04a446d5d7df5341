-- One row per rental of the run's days, with what those days know of its return and payments.
WITH paid AS (
    SELECT
        fact_payment.rental_id,
        sum(fact_payment.amount) AS amount
    FROM final_sakila.fact_payment AS fact_payment
    WHERE fact_payment.rental_id IS NOT NULL
    GROUP BY fact_payment.rental_id
)

SELECT
    rental.rental_id,
    rental.rental_date_key,
    returned.return_date_key,
    customer.customer_key,
    film.film_key,
    store.store_key,
    staff.staff_key,
    rental.inventory_id,
    rental.rental_at,
    returned.return_at,
    returned.rental_days,
    -- Nobody knows how long the Unknown film may be kept.
    CASE WHEN film.film_id <> 0 THEN returned.rental_days > film.rental_duration END AS is_late,
    coalesce(paid.amount, 0) AS amount
FROM final_sakila.fact_rental AS rental
LEFT JOIN final_sakila.fact_return AS returned
    ON rental.rental_id = returned.rental_id
LEFT JOIN paid
    ON rental.rental_id = paid.rental_id
LEFT JOIN warehouse_sakila.dim_customer AS customer
    ON
        rental.customer_id = customer.customer_id
        AND rental.dt >= customer.valid_from AND rental.dt < customer.valid_to
LEFT JOIN warehouse_sakila.dim_film AS film
    ON
        rental.film_id = film.film_id
        AND rental.dt >= film.valid_from AND rental.dt < film.valid_to
LEFT JOIN warehouse_sakila.dim_store AS store
    ON
        rental.store_id = store.store_id
        AND rental.dt >= store.valid_from AND rental.dt < store.valid_to
LEFT JOIN warehouse_sakila.dim_staff AS staff
    ON
        rental.staff_id = staff.staff_id
        AND rental.dt >= staff.valid_from AND rental.dt < staff.valid_to
