-- One row per return, on the day the copy came back.
SELECT
    rental.dt,
    rental.rental_id,
    year(rental.dt) * 10000 + month(rental.dt) * 100 + day(rental.dt) AS return_date_key,
    rental.return_date AS return_at,
    rental.rental_date AS rental_at,
    coalesce(rental.customer_id, 0) AS customer_id,
    -- As in fact_rental: no copy named is the Unknown film, a copy nobody owns stays null.
    CASE WHEN rental.inventory_id IS NULL THEN 0 ELSE inventory.film_id END AS film_id,
    CASE WHEN rental.inventory_id IS NULL THEN 0 ELSE inventory.store_id END AS store_id,
    coalesce(rental.staff_id, 0) AS staff_id,
    coalesce(rental.inventory_id, 0) AS inventory_id,
    date_diff('day', cast(rental.rental_date AS DATE), rental.dt) AS rental_days
FROM stage_sakila.rental AS rental
LEFT JOIN stage_sakila.inventory AS inventory
    ON rental.dt = inventory.dt AND rental.inventory_id = inventory.inventory_id
WHERE cast(rental.return_date AS DATE) = rental.dt
