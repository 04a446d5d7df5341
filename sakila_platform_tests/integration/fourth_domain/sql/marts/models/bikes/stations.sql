-- One row per station: the rides that began there.
SELECT
    station.station_name,
    cast(count(*) AS bigint) AS rides
FROM {{ source('final_bikes', 'fact_ride') }} AS ride
INNER JOIN {{ source('final_bikes', 'dim_station') }} AS station
    ON ride.station_id = station.station_id AND ride.dt = station.dt
GROUP BY station.station_name
