-- One row per rental, on the day it was taken.
SELECT
    rental.dt,
    rental.rental_id,
    year(rental.dt) * 10000 + month(rental.dt) * 100 + day(rental.dt) AS rental_date_key,
    rental.rental_date AS rental_at,
    coalesce(rental.customer_id, 0) AS customer_id,
    -- A rental of no copy is of the Unknown film; one of a copy that nobody owns stays null, and is set aside.
    CASE WHEN rental.inventory_id IS NULL THEN 0 ELSE inventory.film_id END AS film_id,
    CASE WHEN rental.inventory_id IS NULL THEN 0 ELSE inventory.store_id END AS store_id,
    coalesce(rental.staff_id, 0) AS staff_id,
    coalesce(rental.inventory_id, 0) AS inventory_id
FROM stage_sakila.rental AS rental
LEFT JOIN stage_sakila.inventory AS inventory
    ON rental.dt = inventory.dt AND rental.inventory_id = inventory.inventory_id
WHERE cast(rental.rental_date AS DATE) = rental.dt
