import icon from '../look/icon.svg'

export const Mark = ({ size = 28 }: { size?: number }) => <img src={icon} width={size} height={size} alt="" />
