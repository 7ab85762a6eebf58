internal import MKraftBenchmark
internal import MKraftOutput

extension BenchmarkReplicaPage {
  static let members: [Shape.Member] = [
    .init("direct_io", .boolean),
    .init(
      "device",
      .array(
        .object([
          .init("work", .choice(DeviceWork.names)), .init("byte_count", .integer), .init("depth", .integer),
          .init("rate", .rate), .init("bytes_per_second", .number),
        ]))),
    .init(
      "loads",
      .array(
        .object([
          .init("clients", .integer), .init("batch_size", .integer), .init("value_size", .integer),
          .init("entry_byte_count", .integer), .init("geometry", .geometry), .init("requests", .rate),
          .init("requests_inside", .rate), .init("values_per_second", .number), .init("device_pairs", .rate),
          .init("device_depth", .integer),
          .init("rate_to_device", .number), .init("latency_to_device", .number),
          .init("header_writes_per_op", .number), .init("checkpoints", .rate), .init("stalls", .rate),
          .init("user_us_per_request", .number), .init("system_us_per_request", .number),
        ]))),
    .init(
      "full_log",
      .nullable(
        .object([
          .init("geometry", .geometry), .init("device_read_bytes_per_second", .nullable(.number)),
          .init("restart", .nullable(.rate)), .init("restart_limit_seconds", .nullable(.number)),
          .init("verified_byte_count", .nullable(.decimal)), .init("verify_seconds", .nullable(.number)),
          .init("verify_bytes_per_second", .nullable(.number)), .init("verify_is_sound", .nullable(.boolean)),
        ]))), .init("left_out", .array(.string)), .init("exit", .exit),
  ]
}
