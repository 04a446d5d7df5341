-- One row per film category, the most rented first: rentals, their share, and what was paid for them.
-- Plot: bar category rentals
WITH counted AS (
    SELECT
        film.category,
        COUNT(*) AS rentals,
        SUM(rental.amount) AS paid
    FROM fact_rental AS rental
    INNER JOIN dim_film AS film
        ON rental.film_key = film.film_key
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
