// Boot a PDS and its PLC directory on loopback; stop when standard input ends.
import { createServer } from 'node:net'
import { TestNetworkNoAppView } from '@atproto/dev-env'

const freePort = () =>
  new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })

const network = await TestNetworkNoAppView.create({
  pds: { port: await freePort() },
  plc: { port: await freePort() },
})
console.log(JSON.stringify({ ready: true, pds: network.pds.url, plc: network.plc.url }))
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
