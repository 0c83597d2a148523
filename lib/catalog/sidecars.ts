import type { SidecarSize } from '../private/sidecar-size';

/**
 * The nginx that verifies client addresses: 9 MiB at its peak (docs/performance.md), and 96 KiB for each of 4,096 clients that send slowly, half of
 * its 8,192 connections. About 15 µs of CPU time for a request: 64 units are 4,000 requests a second.
 */
export const CLIENT_ADDRESS_SIDECAR: SidecarSize = { cpu: 64, memoryReservationMiB: 32, memoryLimitMiB: 512 };

/**
 * The copy of the GeoIP database, which ends before the process starts. What it reserves stays reserved, so it is the least that Docker accepts
 * (ContainerDefinition of the API of ECS: 6 MiB).
 */
export const GEOIP_SIDECAR: SidecarSize = { cpu: 2, memoryReservationMiB: 6, memoryLimitMiB: 128 };
