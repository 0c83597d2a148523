/** The largest message that brokers of this library take: a session recording of 25 MB (rust/capture/src/router.rs) with room around it. */
export const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;
