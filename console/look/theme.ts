/** Colours and forms. Text on them is legible by WCAG AA in light and dark: axe holds every screen to it. */
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core'

const leaf: MantineColorsTuple = [
  '#e8f8f2',
  '#cfeee2',
  '#a0ddc7',
  '#6dcbaa',
  '#44bc92',
  '#2bb183',
  '#1aa377',
  '#0b7a5e',
  '#0a6b53',
  '#055a45',
]

export const theme = createTheme({
  primaryColor: 'leaf',
  primaryShade: 7,
  colors: { leaf },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
  defaultRadius: 'md',
  cursorType: 'pointer',
  headings: { fontWeight: '650' },
  components: { CloseButton: { defaultProps: { 'aria-label': 'Close' } } },
})

/** Mantine's dimmed text is too pale to be read on its own backgrounds. `--accent` is for lines and marks, which no text stands on. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    '--mantine-color-body': '#fbfcfb',
    '--accent': leaf[7],
  },
  dark: { '--mantine-color-dimmed': 'var(--mantine-color-dark-1)', '--accent': leaf[4] },
})
