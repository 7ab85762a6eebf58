internal import ArgumentParser
internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput

/// `--geometry`: numbers of a geometry, as `slots=1024,message-size=64K`; what is not named is what `format` would take.
struct GeometrySpec: ExpressibleByArgument {
  /// What was entered; read when the command runs, so that its error names the reason.
  let text: String

  init(argument: String) { text = argument }

  /// - Throws: wrong usage.
  func geometry() throws(Failure) -> Geometry {
    let given = try numbers()
    func number(_ option: String) -> UInt64? { given.first { $0.field.option == option }?.value }
    // Headroom and interval follow from the others unless they are named.
    var geometry = Geometry(
      slotCount: number("slots").map { UInt32(clamping: $0) } ?? Geometry.defaultSlotCount,
      pipeline: number("pipeline").map { UInt32(clamping: $0) } ?? Geometry.defaultPipeline,
      headroom: number("headroom").map { UInt32(clamping: $0) })
    for (field, value) in given { field.set(value, in: &geometry) }
    let broken = geometry.brokenInvariants.elements
    guard broken.isEmpty else {
      throw Failure(
        .usage, "--geometry is none that a file can have: " + broken.map(\.statement).joined(separator: "; "), of: text)
    }
    return geometry
  }

  private func numbers() throws(Failure) -> [(field: GeometryField, value: UInt64)] {
    var numbers: [(field: GeometryField, value: UInt64)] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let words = part.split(separator: "=", omittingEmptySubsequences: false)
      guard words.count == 2, let field = GeometryField.named(words[0]), let value = ByteCount(String(words[1])) else {
        throw Failure(
          .usage,
          "--geometry is NAME=NUMBER,...; the names are " + GeometryField.all.map(\.option).joined(separator: ", "),
          of: String(part))
      }
      guard !numbers.contains(where: { $0.field.option == field.option }) else {
        throw Failure(.usage, "--geometry names \(field.option) twice", of: text)
      }
      numbers.append((field, value.bytes))
    }
    return numbers
  }
}
