/**
 * Takes everything that configures the program out of `environment`: whoever runs the tests may have a production
 * database and key there. What is for the tests themselves (FUNNELS_TEST_…) stays.
 */
export function forgetSettings(environment: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(environment)) {
    if (/^(FUNNELS_(?!TEST_)|BREVO_|CREDENTIALS_DIRECTORY$)/i.test(name)) delete environment[name];
  }
}
