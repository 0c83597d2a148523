import stylistic from '@stylistic/eslint-plugin';
import cdk from 'eslint-cdk-plugin';
import jsdoc from 'eslint-plugin-jsdoc';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['assets/', 'build/', 'dist/', 'cdk.out/', '**/cdk.out/', 'coverage/', '.venv/', '.venv-*/', 'node_modules/', 'jest.config.js'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['eslint.config.mjs'] }, tsconfigRootDir: import.meta.dirname } },
    plugins: { '@stylistic': stylistic },
    rules: {
      // Prettier leaves comments and unbreakable text as they are.
      '@stylistic/max-len': ['error', { code: 150, ignoreUrls: true, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true }],
      '@typescript-eslint/explicit-member-accessibility': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      'max-lines': ['error', 550],
      'eqeqeq': 'error',
    },
  },
  {
    files: ['lib/**/*.ts'],
    plugins: { cdk, jsdoc },
    rules: {
      ...cdk.configs.recommended.rules,
      ...jsdoc.configs['flat/recommended-typescript-error'].rules,
      // What follows contradicts CDK's own idioms: from...Attributes(scope, id, attrs), folders named private, props = {} where all are
      // optional, and concrete types where users need their methods (a service's autoscaling, a load balancer's attributes).
      'cdk/no-variable-construct-id': 'off',
      'cdk/require-passing-this': 'off',
      'cdk/construct-constructor-property': 'off',
      'cdk/no-construct-in-public-property-of-construct': 'off',
      'cdk/no-construct-in-interface': 'off',
      // Sees no use of a prop that is passed on whole, or taken apart in a method.
      'cdk/no-unused-props': 'off',
      // Importing the barrel costs a second at every synthesis of every user.
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'aws-cdk-lib', message: 'import the submodule: aws-cdk-lib/core, aws-cdk-lib/aws-ec2' }] },
      ],
      // A construct that selects subnets itself forgets the dummy VPC of a pending lookup.
      'no-restricted-syntax': [
        'error',
        { selector: "CallExpression[callee.property.name='selectSubnets']", message: 'use selectSubnets() of lib/private/subnets.ts' },
      ],
      'jsdoc/require-jsdoc': ['error', { publicOnly: true, contexts: ['TSInterfaceDeclaration', 'TSEnumDeclaration', 'TSEnumMember'] }],
      'max-lines': ['error', 300],
      'jsdoc/require-param': 'off',
      'jsdoc/require-returns': 'off',
      'jsdoc/check-tag-names': ['error', { definedTags: ['stability'] }],
      'jsdoc/tag-lines': 'off',
    },
  },
  { files: ['lib/private/subnets.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['**/*.mjs'], ...tseslint.configs.disableTypeChecked },
);
