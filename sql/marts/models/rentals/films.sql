-- One row per film (the Unknown one when rentals name none), those that nobody rents included.
WITH film AS (
    {{ latest(source('final_sakila', 'dim_film'), 'film_id') }}
),

rented AS (
    SELECT
        film_id,
        count(*) AS rentals,
        count(CASE WHEN is_late THEN 1 END) AS late_returns,
        sum(amount) AS paid,
        max(rental_date) AS last_rental_date
    FROM {{ ref('rentals') }}
    GROUP BY film_id
)

SELECT
    film.film_id,
    film.title,
    film.category,
    film.rating,
    cast(film.length_minutes AS integer) AS length_minutes,
    cast(film.rental_rate AS {{ var('money') }}) AS rental_rate,
    row_number() OVER (ORDER BY coalesce(rented.rentals, 0) DESC, film.film_id) AS place,
    coalesce(rented.rentals, 0) AS rentals,
    coalesce(rented.late_returns, 0) AS late_returns,
    cast(coalesce(rented.paid, 0) AS {{ var('money') }}) AS paid,
    rented.last_rental_date
FROM film
LEFT JOIN rented
    ON film.film_id = rented.film_id
WHERE film.film_id <> 0 OR rented.rentals > 0
