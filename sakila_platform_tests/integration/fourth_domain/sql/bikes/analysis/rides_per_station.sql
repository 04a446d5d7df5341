-- One row per station: the rides that began there.
SELECT
    station.station_name,
    COUNT(*) AS rides
FROM fact_ride AS ride
INNER JOIN dim_station AS station
    ON ride.station_key = station.station_key
GROUP BY station.station_name
ORDER BY station.station_name
