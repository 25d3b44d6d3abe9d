"""How the charts look, by the reader's own light or dark; plain colours, which any viewer of SVG knows."""

STYLE = """
svg{background:#fcfcfa}
text{fill:#5c666d;font:12px system-ui,sans-serif}
.paper{fill:#fcfcfa}
.title{fill:#1d2327;font-size:17px;font-weight:650}
.title,.head,.halo{paint-order:stroke;stroke:#fcfcfa;stroke-width:5px;stroke-linejoin:round}
.head{fill:#1d2327;font-size:13px;font-weight:600}
.ink{fill:#1d2327}
.bold{fill:#1d2327;font-weight:600}
.grid{stroke:#dcdfdc;stroke-width:1;fill:none}
.mark{stroke:#5c666d;stroke-width:1;fill:none;stroke-dasharray:2 3}
.pin{fill:#1d2327}
.number{fill:#fcfcfa;font-size:10.5px;font-weight:650}
.line-a,.line-b,.line-c,.line-soft{fill:none;stroke-width:2;stroke-linejoin:round}
.line-a{stroke:#0b6e4f}.line-b{stroke:#b4552d}.line-c{stroke:#2f6db3}
.line-soft{stroke:#5c666d;stroke-dasharray:4 4;stroke-width:1.5}
.fill-a{fill:#0b6e4f}.fill-b{fill:#b4552d}.fill-c{fill:#2f6db3}.fill-soft{fill:#9aa5a9}
.fill-pale{fill:#cfdcd6}.fill-bad{fill:#b3261e}
.range{stroke:#5c666d;stroke-width:2;fill:none}
.holds{fill:#0b6e4f;font-weight:600}.fails{fill:#b3261e;font-weight:600}
@media(prefers-color-scheme:dark){
svg{background:#14181a}
text{fill:#9aa5a9}
.paper{fill:#14181a}
.title,.head,.halo{stroke:#14181a}
.title,.head,.ink,.bold{fill:#e3e7e6}
.grid{stroke:#2e3639}
.mark{stroke:#9aa5a9}
.pin{fill:#e3e7e6}.number{fill:#14181a}
.line-a{stroke:#54c59b}.line-b{stroke:#e5946b}.line-c{stroke:#7db4ee}.line-soft,.range{stroke:#9aa5a9}
.fill-a{fill:#54c59b}.fill-b{fill:#e5946b}.fill-c{fill:#7db4ee}.fill-soft{fill:#5c666d}
.fill-pale{fill:#22372f}.fill-bad{fill:#ef6f66}
.holds{fill:#54c59b}.fails{fill:#ef6f66}
}
"""
