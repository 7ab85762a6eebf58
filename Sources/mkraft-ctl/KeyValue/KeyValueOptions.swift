internal import ArgumentParser
internal import MKraftOutput
internal import MKraftServer

/// Options of every `kv` command.
struct KeyValueOptions: ParsableArguments {
  @Option(help: "The replica's address: HOST:PORT, or a port of this machine.")
  var server: AddressArgument

  @Flag(help: "Keys and values are hexadecimal, in arguments and in text output.")
  var hex = false

  @OptionGroup var connection: ConnectionOptions

  /// Connects, and runs `body` with the store. The console stays with this thread.
  func call<Value: Sendable>(
    _ body: @escaping @Sendable (KeyValueClient) async throws(KeyValueError) -> Value
  ) throws(Failure) -> Value {
    let address = try server.address()
    let timeout = try connection.duration()
    do throws(KeyValueError) {
      return try Waiting.result { () async throws(KeyValueError) in
        try await body(KeyValueOptions.connect(address, timeout))
      }
    } catch { throw Failure(error, at: address) }
  }

  static func connect(_ address: NetworkAddress, _ timeout: Duration) async throws(KeyValueError) -> KeyValueClient {
    do throws(ClientError) {
      return try await KeyValueClient.connect(to: address, timeout: timeout)
    } catch { throw .client(error) }
  }

  // MARK: Words of the command line

  func key(_ word: String) throws(Failure) -> [UInt8] {
    try hex ? hexadecimal(word) : text(word)
  }

  /// A value: the word itself, `@PATH` for a file's contents, `@@...` for a value that begins with @.
  func value(_ word: String) throws(Failure) -> [UInt8] {
    if hex { return try hexadecimal(word) }
    guard word.hasPrefix("@") else { return try text(word) }
    let rest = String(word.dropFirst())
    return rest.hasPrefix("@") ? try text(rest) : try ValueFile.read(rest)
  }

  /// What is not UTF-8 on the command line arrives with U+FFFD in its place: never take that for what was meant.
  private func text(_ word: String) throws(Failure) -> [UInt8] {
    guard !word.unicodeScalars.contains("\u{FFFD}") else {
      throw Failure(.usage, "'\(word)' is not UTF-8, or contains U+FFFD; use --hex, or @PATH for a value")
    }
    return Array(word.utf8)
  }

  private func hexadecimal(_ word: String) throws(Failure) -> [UInt8] {
    guard let bytes = Hexadecimal.bytes(of: word) else {
      throw Failure(.usage, "'\(word)' is not hexadecimal: two digits for each byte")
    }
    return bytes
  }
}
