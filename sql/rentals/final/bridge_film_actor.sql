-- One row per film, actor in it and day, as captured for the day.
SELECT
    film_actor.dt,
    film_actor.film_id,
    film_actor.actor_id,
    film_actor.captured_at
FROM stage_sakila.film_actor AS film_actor
