/** In place of /etc/funnels: no test may read the configuration of the machine it runs on. There is no such folder. */
export const noEtc = '/nonexistent/etc/funnels';
