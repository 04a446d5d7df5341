-- One row per film category, the most rented first: rentals, their share, and what was paid for them.
-- Plot: bar category rentals
WITH per_film AS (
    -- Films are far fewer than rentals: counted first, a film is looked up once.
    SELECT
        rental.film_key,
        COUNT(*) AS rentals,
        SUM(rental.amount) AS paid
    FROM fact_rental AS rental
    GROUP BY rental.film_key
),

counted AS (
    SELECT
        film.category,
        CAST(SUM(per_film.rentals) AS SIGNED) AS rentals,
        SUM(per_film.paid) AS paid
    FROM per_film
    INNER JOIN dim_film AS film
        ON per_film.film_key = film.film_key
    GROUP BY film.category
)

SELECT
    ROW_NUMBER() OVER (ORDER BY counted.rentals DESC, counted.category) AS place,
    counted.category,
    counted.rentals,
    ROUND(100 * counted.rentals / SUM(counted.rentals) OVER (), 2) AS share_percent,
    counted.paid
FROM counted
ORDER BY place
