-- One row per return of the run's days; its keys are the versions that held on the day of the return.
SELECT
    returned.rental_id,
    returned.return_date_key,
    customer.customer_key,
    film.film_key,
    store.store_key,
    staff.staff_key,
    returned.inventory_id,
    returned.return_at,
    returned.rental_at,
    returned.rental_days
FROM final_sakila.fact_return AS returned
LEFT JOIN warehouse_sakila.dim_customer AS customer
    ON
        returned.customer_id = customer.customer_id
        AND returned.dt >= customer.valid_from AND returned.dt < customer.valid_to
LEFT JOIN warehouse_sakila.dim_film AS film
    ON
        returned.film_id = film.film_id
        AND returned.dt >= film.valid_from AND returned.dt < film.valid_to
LEFT JOIN warehouse_sakila.dim_store AS store
    ON
        returned.store_id = store.store_id
        AND returned.dt >= store.valid_from AND returned.dt < store.valid_to
LEFT JOIN warehouse_sakila.dim_staff AS staff
    ON
        returned.staff_id = staff.staff_id
        AND returned.dt >= staff.valid_from AND returned.dt < staff.valid_to
