-- One row per rental, with its return, what was paid for it, its film and store as they were that day, and who rented.
WITH rental AS (
    {{ newest_day(source('final_sakila', 'fact_rental'), 'rental_id') }}
),

returned AS (
    {{ latest(source('final_sakila', 'fact_return'), 'rental_id') }}
),

paid AS (
    SELECT
        rental_id,
        sum(amount) AS amount
    FROM (
        {{ newest_day(source('final_sakila', 'fact_payment'), 'payment_id') }}
    ) AS payment
    WHERE rental_id IS NOT NULL
    GROUP BY rental_id
),

customer AS (
    {{ latest(source('final_sakila', 'dim_customer'), 'customer_id') }}
)

SELECT
    rental.rental_id,
    rental.dt AS rental_date,
    cast(hour(rental.rental_at) AS integer) AS rental_hour,
    cast(calendar.day_of_week AS integer) AS day_of_week,
    calendar.day_name,
    rental.customer_id,
    customer.full_name AS customer,
    rental.film_id,
    film.category,
    rental.store_id,
    store.city AS store,
    returned.dt AS return_date,
    returned.rental_days,
    CASE WHEN film.film_id <> 0 THEN returned.rental_days > film.rental_duration END AS is_late,
    CASE
        WHEN film.film_id <> 0 AND returned.rental_days > film.rental_duration
            THEN returned.rental_days - film.rental_duration
    END AS days_late,
    cast(coalesce(paid.amount, 0) AS {{ var('money') }}) AS amount
FROM rental
INNER JOIN {{ source('final_sakila', 'dim_film') }} AS film
    ON rental.dt = film.dt AND rental.film_id = film.film_id
INNER JOIN {{ source('final_sakila', 'dim_store') }} AS store
    ON rental.dt = store.dt AND rental.store_id = store.store_id
INNER JOIN {{ source('final_sakila', 'dim_date') }} AS calendar
    ON rental.dt = calendar.date
INNER JOIN customer
    ON rental.customer_id = customer.customer_id
LEFT JOIN returned
    ON rental.rental_id = returned.rental_id
LEFT JOIN paid
    ON rental.rental_id = paid.rental_id
