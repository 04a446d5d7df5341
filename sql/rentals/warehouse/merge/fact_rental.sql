-- One row per touched rental: its return, lateness and payments, from all events in the warehouse.
UPDATE fact_rental AS rental
INNER JOIN touched_fact_rental AS touched
    ON rental.rental_id = touched.rental_id
    INNER JOIN dim_film AS film
        ON rental.film_key = film.film_key
    LEFT JOIN fact_return AS returned
        ON rental.rental_id = returned.rental_id
SET
    rental.return_date_key = returned.return_date_key,
    rental.return_at = returned.return_at,
    rental.rental_days = returned.rental_days,
    rental.is_late = CASE WHEN film.film_id <> 0 THEN returned.rental_days > film.rental_duration END,
    rental.amount = (
        SELECT COALESCE(SUM(payment.amount), 0)
        FROM fact_payment AS payment
        WHERE payment.rental_id = touched.rental_id
    )
