import { LabIcon } from '@jupyterlab/ui-components';

/** Points and the curve that explains them. */
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24">
  <g class="jp-icon3 jp-icon-selectable" fill="#616161">
    <path d="M3 3h2v16h16v2H3z"/>
    <path d="M6.2 17.2C13 16.6 17.4 12.4 19.2 4.3l1.9.5C19.1 13.7 14 18.5 6.4 19.2z"/>
    <circle cx="9" cy="13.2" r="1.6"/><circle cx="13" cy="10.2" r="1.6"/><circle cx="15.5" cy="5.2" r="1.6"/>
  </g>
</svg>`;

export const icon = new LabIcon({ name: 'sr-kernel:law', svgstr: SVG });
