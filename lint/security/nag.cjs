// cdk-nag over a template: prints each violation of each pack as JSON. Usage: node nag.cjs template.json
const { App, Stack } = require("aws-cdk-lib");
const { CfnInclude } = require("aws-cdk-lib/cloudformation-include");
const nag = require("cdk-nag");

const [templateFile, ...packs] = process.argv.slice(2);
const app = new App({ analyticsReporting: false });
new CfnInclude(new Stack(app, "stack"), "template", { templateFile });

const report = {};
for (const pack of packs) {
  // A rule that throws would otherwise count as one that found nothing.
  const asked = new Set();
  const checks = new nag[pack](app);
  const apply = checks.applyRule.bind(checks);
  checks.applyRule = (rule) => {
    asked.add(rule.ruleSuffixOverride || rule.rule.name);
    apply(rule);
  };
  const { violations } = checks.validateScope(app);
  report[pack] = {
    rules: asked.size,
    violations: violations.flatMap(({ ruleName, description, violatingResources }) =>
      violatingResources.map(({ constructPath }) => ({
        rule: ruleName,
        message: description,
        resource: constructPath.split("/").pop(),
      })),
    ),
  };
}
console.log(JSON.stringify(report));
