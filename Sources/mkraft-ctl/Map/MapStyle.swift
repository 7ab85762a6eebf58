/// The colours of a picture, on a light and on a dark ground. Each cell carries a character as well, so that nothing is told by
/// colour alone.
enum MapStyle {
  static let sheet = """
    .map{--ground:#fff;--ink:#1b1f24;--faint:#6a737d;--line:#d0d7de;--quiet:#eef1f4;--log:#b6d7f2;--tree:#bfe3c4;--value:#dcefcf;\
    --set:#d9cdf0;--copy:#c8dbe8;--reply:#f2dfb8;--left:#e3e6ea;--warn:#ffd33d;--bad:#cf222e;--badink:#fff;--gone:#ffffff}
    @media (prefers-color-scheme:dark){.map{--ground:#0d1117;--ink:#e6edf3;--faint:#9198a1;--line:#3d444d;--quiet:#1b2129;\
    --log:#1f4f79;--tree:#1f5c2d;--value:#34512a;--set:#4b3a73;--copy:#2b4a60;--reply:#66501c;--left:#343b44;--warn:#9e6a03;\
    --bad:#f85149;--badink:#0d1117;--gone:#0d1117}}
    .map text{font:10px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:var(--ink)}
    .map .name{font-weight:bold;font-size:12px}.map .faint{fill:var(--faint)}
    .map .ground{fill:var(--ground)}
    .map .c text{text-anchor:middle}
    .map .c rect{stroke:var(--line);stroke-width:1;fill:var(--left)}
    .map .log rect{fill:var(--log)}.map .tree rect{fill:var(--tree)}.map .value rect{fill:var(--value)}
    .map .set rect{fill:var(--set)}.map .copy rect{fill:var(--copy)}.map .reply rect{fill:var(--reply)}
    .map .quiet rect{fill:var(--quiet)}.map .quiet text{fill:var(--faint)}
    .map .gone rect{fill:var(--gone);stroke-dasharray:2 2}
    .map .warn rect{fill:var(--warn);stroke:var(--ink)}
    .map .bad rect{fill:var(--bad);stroke:var(--ink);stroke-width:2}.map .bad text{fill:var(--badink);font-weight:bold}
    """

  /// Around the picture, on a page.
  static let page = """
    :root{color-scheme:light dark}
    body{margin:1.5rem auto;max-width:68rem;padding:0 1rem;font:14px/1.45 system-ui,sans-serif;background:#fff;color:#1b1f24}
    h1{font-size:1.3rem}h2{font-size:1.05rem;margin-top:2rem}
    table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.25rem .6rem;\
    border-bottom:1px solid #d0d7de}
    td.n,dd,code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
    dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem}dt{font-weight:bold}dd{margin:0}
    svg{width:100%;height:auto}
    @media (prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}th,td{border-color:#3d444d}}
    """
}
