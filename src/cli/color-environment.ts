/**
 * With both variables set, Node warns of a choice nobody made here. Without colour nobody is harmed, so NO_COLOR wins. To
 * be imported before whatever asks for colours.
 */
if (process.env.NO_COLOR && process.env.FORCE_COLOR) delete process.env.FORCE_COLOR;
