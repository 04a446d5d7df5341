-- One row per film category, the most rented first: rentals, their share, and what was paid for them.
-- Plot: bar category rentals
SELECT
    ROW_NUMBER() OVER (ORDER BY COUNT(*) DESC, film.category) AS place,
    film.category,
    COUNT(*) AS rentals,
    ROUND(100 * COUNT(*) / SUM(COUNT(*)) OVER (), 2) AS share_percent,
    SUM(rental.amount) AS paid
FROM fact_rental AS rental
INNER JOIN dim_film AS film
    ON rental.film_key = film.film_key
GROUP BY film.category
ORDER BY place
