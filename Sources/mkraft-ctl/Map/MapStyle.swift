/// The colours of a picture, on a light and on a dark ground. Each cell carries a character as well, so that nothing is told by
/// colour alone. Plain rules only: not every program that draws SVG knows variables.
enum MapStyle {
  private struct Rule {
    let selector: String
    let property: String
    let light: String
    let dark: String

    init(_ selector: String, _ property: String, _ light: String, _ dark: String) {
      self.selector = selector
      self.property = property
      self.light = light
      self.dark = dark
    }
  }

  private static let colours: [Rule] = [
    Rule(".ground", "fill", "#ffffff", "#0d1117"),
    Rule("text", "fill", "#1b1f24", "#e6edf3"),
    Rule("text.faint", "fill", "#57606a", "#9198a1"),
    Rule(".c rect", "stroke", "#afb8c1", "#4b535d"),
    Rule(".left rect", "fill", "#d8dee4", "#3d444d"),
    Rule(".log rect", "fill", "#b6d7f2", "#1f4f79"),
    Rule(".tree rect", "fill", "#bfe3c4", "#1f5c2d"),
    Rule(".value rect", "fill", "#dcefcf", "#34512a"),
    Rule(".set rect", "fill", "#d9cdf0", "#4b3a73"),
    Rule(".copy rect", "fill", "#c8dbe8", "#2b4a60"),
    Rule(".reply rect", "fill", "#f2dfb8", "#66501c"),
    Rule(".quiet rect", "fill", "#f3f5f7", "#161b22"),
    Rule(".quiet text", "fill", "#57606a", "#9198a1"),
    Rule(".gone rect", "fill", "#ffffff", "#0d1117"),
    Rule(".warn rect", "fill", "#ffd33d", "#9e6a03"),
    Rule(".warn rect", "stroke", "#1b1f24", "#e6edf3"),
    Rule(".bad rect", "fill", "#cf222e", "#f85149"),
    Rule(".bad rect", "stroke", "#1b1f24", "#e6edf3"),
    Rule(".bad text", "fill", "#ffffff", "#0d1117"),
  ]

  static let sheet: String = {
    func rules(_ colour: (Rule) -> String) -> String {
      colours.map { ".map \($0.selector){\($0.property):\(colour($0))}" }.joined(separator: "\n")
    }
    return """
      .map text{font-family:monospace;font-size:10px}
      .map text.name{font-weight:bold;font-size:12px}
      .map .c text{text-anchor:middle}
      .map .c rect{stroke-width:1}
      .map .gone rect{stroke-dasharray:2 2}
      .map .bad rect{stroke-width:2}
      .map .bad text{font-weight:bold}
      \(rules(\.light))
      @media (prefers-color-scheme:dark){
      \(rules(\.dark))
      }
      """
  }()

  /// Around the picture, on a page.
  static let page = """
    :root{color-scheme:light dark}
    body{margin:1.5rem auto;max-width:68rem;padding:0 1rem;font:14px/1.45 system-ui,sans-serif;background:#fff;color:#1b1f24}
    h1{font-size:1.3rem}h2{font-size:1.05rem;margin-top:2rem}
    table{border-collapse:collapse;width:100%}
    th,td{text-align:left;vertical-align:top;padding:.25rem .6rem;border-bottom:1px solid #d0d7de;overflow-wrap:anywhere}
    dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem}
    dt{font-weight:bold}dd{margin:0;font-family:monospace;overflow-wrap:anywhere}
    svg{width:100%;height:auto}
    @media (prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}th,td{border-color:#3d444d}}
    """
}
