/** What was rejected, by anybody: looked over once more, and put back. */
import { DecidedPhotosDocument } from '../generated/graphql.js'
import { PhotoGrid } from '../photos/photo-grid.js'
import { Empty } from '../shell/states.js'
import { usePages } from '../talk/pages.js'
import { DecidedCell } from './decided-cell.js'
import { useHeard } from './news.js'
import type { Room } from './room.js'

const filter = { rejected: true }

export function Rejected({ room: { news, decisions } }: { room: Room }) {
  const all = usePages(DecidedPhotosDocument, { filter }, ({ images }) => images)
  useHeard(news, {
    changed: ({ id, rejected }) => {
      if (rejected && !all.rows.some((row) => row.id === id)) all.again()
    },
    gap: all.again,
  })
  const rows = all.rows.filter(({ id }) => !['UNLABEL', 'LABEL'].includes(decisions.became(id) ?? ''))
  return (
    <PhotoGrid
      pages={{ ...all, rows, total: all.total && all.total - all.rows.length + rows.length }}
      label="Rejected photos"
      keyOf={({ id }) => id}
      below={34}
      empty={
        <Empty
          title="Nothing was rejected"
          hint="A photo that is no waste, or of no use, is rejected with “r”: it never becomes training data, and can be put back here."
        />
      }
      render={(photo) => <DecidedCell photo={photo} putBack={() => decisions.unlabel([photo.id])} />}
    />
  )
}
